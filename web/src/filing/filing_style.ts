import { css } from "lit";

export const filingStyles = css`
  .panel {
    position: fixed;
    inset-block: 40px 48px; /* the clock and the time line stay in view */
    inset-inline-start: 0;
    width: min(440px, 100vw);
    z-index: 30;
    display: flex;
    flex-direction: column;
    background: var(--panel);
    border-inline-end: 2px solid var(--good);
    box-shadow: 0 0 24px #0008;
  }
  header,
  footer {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 8px;
    padding: 10px 14px;
    border-bottom: 1px solid var(--edge);
  }
  footer {
    border: 0;
    border-top: 1px solid var(--edge);
  }
  h1 {
    margin: 0;
    font-size: 16px;
  }
  .body {
    flex: 1;
    overflow: auto;
    padding: 10px 14px;
    display: grid;
    gap: 12px;
    align-content: start;
  }
  section {
    display: grid;
    gap: 8px;
  }
  .drop {
    border: 2px dashed var(--edge);
    border-radius: 8px;
    padding: 16px;
    text-align: center;
    display: grid;
    gap: 8px;
    justify-items: center;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    align-items: end;
  }
  label {
    display: grid;
    gap: 3px;
    font-size: 12px;
    color: var(--dim);
    flex: 1 1 130px;
    min-width: 0;
  }
  label > input,
  label > select,
  label > textarea {
    color: var(--text);
    font-size: 14px;
    width: 100%;
    min-width: 0;
  }
  .fields {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: 8px;
    align-items: end;
  }
  .fields > .wide,
  .fields > p {
    grid-column: 1 / -1;
  }
  label.check {
    display: flex;
    align-items: center;
    gap: 6px;
    flex: 0 1 auto;
    color: var(--text);
    font-size: 14px;
  }
  label.check > input {
    width: auto;
  }
  fieldset {
    border: 0;
    padding: 0;
    margin: 0;
  }
  legend {
    font-size: 12px;
    color: var(--dim);
  }
  .height {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(0, 1.2fr);
    gap: 4px;
  }
  .height > * {
    color: var(--text);
    font-size: 14px;
    min-width: 0;
    padding-inline: 6px;
  }
  ul {
    margin: 0;
    padding: 0;
    list-style: none;
    display: grid;
    gap: 8px;
  }
  li {
    border: 1px solid var(--edge);
    border-inline-start: 4px solid var(--edge);
    border-radius: 4px;
    padding: 6px 10px;
  }
  li.danger {
    border-inline-start-color: var(--danger);
  }
  li.warning {
    border-inline-start-color: var(--warning);
  }
  li.way {
    border-inline-start-color: var(--good);
  }
  li p {
    margin: 2px 0;
  }
  .level {
    font-weight: 700;
  }
  .danger > .level {
    color: var(--danger);
  }
  .warning > .level {
    color: var(--warning);
  }
  .free {
    color: var(--good);
    font-weight: 700;
  }
  .dropping {
    position: fixed;
    inset: 0;
    z-index: 60;
    display: grid;
    place-items: center;
    font-size: 22px;
    background: color-mix(in srgb, var(--ground) 78%, transparent);
    border: 4px dashed var(--good);
    pointer-events: none;
  }
  details > summary {
    cursor: pointer;
  }
`;
