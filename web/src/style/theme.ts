import { css } from "lit";

/**
 * Colours after FAA JO 7210.3, 3-9-1: dark by default; red for danger alone, amber for warning,
 * green for coordination; never by colour alone. Own white, others cyan, doubtful grey.
 */
export const theme = css`
  :root {
    color-scheme: dark;
    --ground: #0c1116;
    --panel: #131a21;
    --raised: #1b242d;
    --edge: #2c3843;
    --text: #e6edf3;
    --dim: #a3b1bf;
    --own: #ffffff;
    --other: #5cd2e6;
    --stale: #8a97a5;
    --danger: #ff5a52;
    --danger-ground: #5c1512;
    --warning: #ffb84d;
    --warning-ground: #4a3208;
    --good: #4ed07f;
    --focus: #7db7ff;
    --land: #1a2129;
    --water: #0c1116;
    --coast: #3d4b59;
    --tiles: brightness(0.5) saturate(0.4); /* maps are made for day: what is declared stays brighter */
    --area: #8f9dff;
    --font: "B612", system-ui, sans-serif;
    --mono: "B612 Mono", ui-monospace, monospace;
  }
  :root[data-theme="day"] {
    color-scheme: light;
    --ground: #e9edf1;
    --panel: #ffffff;
    --raised: #f2f5f8;
    --edge: #c3ccd5;
    --text: #10171d;
    --dim: #4c5a67;
    --own: #10171d;
    --other: #006a80;
    --stale: #66727e;
    --danger: #b3160f;
    --danger-ground: #ffdedc;
    --warning: #8a5200;
    --warning-ground: #ffedcc;
    --good: #116b36;
    --focus: #0b57d0;
    --land: #f7f4ec;
    --water: #dbe7ef;
    --coast: #8c9aa7;
    --tiles: saturate(0.6);
    --area: #4450c4;
  }
  @media print {
    :root,
    :root[data-theme] {
      color-scheme: light;
      --ground: #ffffff;
      --panel: #ffffff;
      --raised: #ffffff;
      --edge: #777777;
      --text: #000000;
      --dim: #222222;
      --own: #000000;
      --other: #000000;
      --stale: #222222;
      --danger: #000000;
      --danger-ground: #ffffff;
      --warning: #000000;
      --warning-ground: #ffffff;
      --good: #000000;
      --focus: #000000;
    }
  }
  :root {
    --wall: 1; /* as wall.ts */
  }
  @media (min-width: 2300px) {
    :root {
      --wall: 1.4;
    }
  }
  @media (min-width: 3400px) {
    :root {
      --wall: 2;
    }
  }
  html,
  body {
    margin: 0;
    height: 100%;
    background: var(--ground);
    color: var(--text);
    font: 14px/1.4 var(--font);
  }
`;

/** A card under the list of conflicts and alerts, with its facts in two columns. */
export const card = css`
  :host {
    padding: 4px 12px 12px 14px;
    background: var(--raised);
    border-bottom: 1px solid var(--edge);
  }
  dl {
    display: grid;
    grid-template-columns: max-content minmax(0, 1fr);
    gap: 2px 10px;
    margin: 6px 0;
  }
  dt {
    color: var(--dim);
  }
  dd {
    margin: 0;
  }
`;

/** What every element of the page shares: put it first in `styles`. */
export const shared = css`
  :host {
    display: block;
    box-sizing: border-box;
    color: var(--text);
    font: 14px/1.4 var(--font);
  }
  :host([hidden]) {
    display: none;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  h2,
  h3 {
    margin: 0;
    font-size: 13px;
    font-weight: 700;
    letter-spacing: 0.04em;
    text-transform: uppercase;
    color: var(--dim);
  }
  h2:lang(ar),
  h3:lang(ar) {
    letter-spacing: 0; /* its letters are joined */
  }
  button,
  select,
  input,
  textarea {
    font: inherit;
    color: inherit;
    background: var(--raised);
    border: 1px solid var(--edge);
    border-radius: 4px;
    padding: 4px 10px;
  }
  button {
    cursor: pointer;
  }
  button:hover:not(:disabled) {
    border-color: var(--focus);
  }
  button:disabled {
    opacity: 0.55;
    cursor: default;
  }
  button.main {
    background: var(--focus);
    border-color: var(--focus);
    color: var(--ground);
    font-weight: 700;
  }
  button.danger {
    background: var(--danger-ground);
    border-color: var(--danger);
    color: var(--text);
    font-weight: 700;
  }
  :focus-visible {
    outline: 2px solid var(--focus);
    outline-offset: 1px;
  }
  .dim {
    color: var(--dim);
  }
  /* Times and numbers that change in their place: all digits of this fount are of one width, and its
     colon, unlike that of a fixed pitch, leaves no gap. */
  .mono {
    font-family: var(--font);
    font-variant-numeric: tabular-nums;
  }
  .problem {
    color: var(--danger);
    unicode-bidi: plaintext; /* what the server refuses is in English */
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @media print {
    :host,
    .list {
      height: auto !important;
      overflow: visible !important;
    }
    button:not(.row):not([data-conflict]),
    select,
    input {
      display: none;
    }
    button.row,
    button[data-conflict] {
      break-inside: avoid;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      animation: none !important;
      transition: none !important;
    }
  }
`;
