import { css } from "lit";

export const privateStyles = css`
  .verdict {
    margin: 0;
    padding: 8px 12px;
    border: 2px solid var(--edge);
    border-radius: 6px;
    font-size: 18px;
    font-weight: 700;
  }
  .verdict.overlap {
    border-color: var(--danger);
    background: var(--danger-ground);
  }
  .verdict.unknown {
    border-color: var(--warning);
    background: var(--warning-ground);
  }
  .verdict.no_overlap_found {
    border-color: var(--good);
  }
  .stages {
    margin: 0;
    padding: 0;
    list-style: none;
    display: grid;
    gap: 4px;
  }
  .stages > li {
    color: var(--dim);
    padding: 4px 10px;
  }
  .stages > .done::before {
    content: "✓ ";
  }
  .stages > [aria-current="step"] {
    color: var(--text);
    font-weight: 700;
    border-inline-start-color: var(--focus);
  }
  .past {
    display: grid;
    grid-template-columns: max-content minmax(0, 1fr);
    gap: 2px 10px;
    width: 100%;
    text-align: start;
  }
  .past b {
    grid-row: span 2;
    font-size: 16px;
  }
  .past[aria-pressed="true"] {
    border-color: var(--focus);
  }
  details ol {
    margin: 6px 0 0;
    padding-inline-start: 20px;
  }
  p {
    margin: 0;
  }
`;
