import { css } from "lit";

export const mapStyles = css`
  :host {
    position: relative;
    height: 100%;
    background: var(--water);
    overflow: hidden;
  }
  .canvas,
  .overlay {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
  }
  .tiles {
    filter: var(--tiles);
  }
  .canvas:focus-visible {
    outline-offset: -3px;
  }
  .overlay {
    transform-origin: 0 0;
    pointer-events: none;
  }
  .buttons,
  .foot,
  .legend {
    zoom: var(--wall);
  }
  .buttons {
    position: absolute;
    inset-block-start: 8px;
    inset-inline-end: 8px;
    display: grid;
    gap: 4px;
  }
  .buttons button {
    width: 30px;
    height: 30px;
    padding: 0;
    font-size: 16px;
    background: var(--panel);
  }
  .foot {
    position: absolute;
    inset-block-end: 18px;
    inset-inline-start: 44px;
    display: flex;
    gap: 14px;
    align-items: end;
    font-size: 12px;
    padding: 1px 8px 2px;
    border-radius: 4px;
    background: color-mix(in srgb, var(--ground) 80%, transparent);
    pointer-events: none;
    max-width: calc(100% - 60px);
  }
  .scale {
    display: flex;
    gap: 6px;
    align-items: end;
  }
  .scale path {
    fill: none;
    stroke: var(--text);
    stroke-width: 1;
  }
`;
