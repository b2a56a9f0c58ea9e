import { css } from "lit";

/** A panel over the page. */
export const dialogStyles = css`
  .back {
    position: fixed;
    inset: 0;
    z-index: 40;
    background: rgb(0 0 0 / 0.45);
  }
  .dialog {
    position: fixed;
    z-index: 41;
    inset-block-start: calc(12vh / var(--wall));
    inset-inline-start: 50%;
    width: min(680px, 92vw / var(--wall));
    max-height: calc(76vh / var(--wall));
    margin-inline-start: calc(min(680px, 92vw / var(--wall)) / -2);
    overflow: auto;
    padding: 12px;
    background: var(--panel);
    border: 1px solid var(--edge);
    border-radius: 8px;
    box-shadow: 0 16px 48px rgb(0 0 0 / 0.5);
  }
  ul {
    margin: 8px 0 0;
    padding: 0;
    list-style: none;
  }
`;
