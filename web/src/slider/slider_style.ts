import { css } from "lit";

export const sliderStyles = css`
  :host {
    display: flex;
    align-items: center;
    gap: 10px;
    padding: 6px 10px 4px;
    direction: ltr;
  }
  .controls {
    display: flex;
    align-items: center;
    gap: 4px;
  }
  .controls button {
    min-width: 34px;
    padding: 3px 7px;
    white-space: nowrap;
  }
  .controls select {
    padding: 3px 4px;
  }
  output {
    min-width: 150px;
    text-align: end;
    padding-inline-end: 4px;
    font-size: 13px;
  }
  .track {
    flex: 1;
    min-width: 0;
    cursor: ew-resize;
    touch-action: none;
    overflow: hidden;
  }
  svg {
    display: block;
  }
  .past {
    fill: var(--edge);
  }
  .coming {
    fill: var(--raised);
    stroke: var(--edge);
    stroke-width: 1;
  }
  .tick {
    stroke: var(--dim);
  }
  text {
    fill: var(--dim);
    font: 10px var(--font);
    text-anchor: middle;
  }
  .moment {
    stroke: var(--text);
    stroke-width: 1.5;
    opacity: 0.7;
  }
  .conflict {
    fill: var(--danger);
  }
  .unlocated {
    fill: var(--warning);
  }
  .now {
    stroke: var(--good);
    stroke-width: 2;
  }
  .shown {
    fill: var(--focus);
    stroke: var(--focus);
    stroke-width: 1.5;
  }
`;
