import { css, html, svg, type SVGTemplateResult, type TemplateResult } from "lit";
import { t } from "../i18n/i18n";

export const legendStyles = css`
  .legend {
    position: absolute;
    inset-block-start: 8px;
    inset-inline-end: 48px;
    max-height: calc(100% - 60px);
    overflow: auto;
    padding: 8px 12px;
    background: var(--panel);
    border: 1px solid var(--edge);
    border-radius: 6px;
    font-size: 12px;
  }
  .legend dl {
    margin: 0;
    display: grid;
    grid-template-columns: 44px auto;
    gap: 4px 10px;
    align-items: center;
  }
  .legend dd {
    margin: 0;
  }
  .legend svg {
    display: block;
    overflow: visible;
  }
  .legend .own {
    stroke: var(--own);
  }
  .legend .other {
    stroke: var(--other);
  }
  .legend .draft {
    stroke: var(--good);
  }
  .legend .alert {
    stroke: var(--danger);
  }
  .legend .none {
    fill: none;
  }
  .legend .full {
    fill: var(--own);
  }
  .legend .red {
    fill: var(--danger);
    stroke: none;
  }
  .legend .red.none {
    fill: none;
    stroke: var(--danger);
  }
`;

const PLANE = "M22 2l2 6 8 3v2l-8-1v3l3 2h-10l3-2v-3l-8 1v-2l8-3z";
const BOX = "M4 3h36v14H4z";
const HATCH = "M4 17L18 3M13 17L27 3M22 17L36 3M31 17L40 8";

/** What the signs of the map mean: each differs in its shape, not by colour alone. */
export function legend(): TemplateResult {
  const rows: [string, SVGTemplateResult][] = [
    ["own", svg`<path class="own none" d=${BOX} stroke-width="1.6" />`],
    ["other", svg`<path class="other none" d=${BOX} stroke-width="1.6" />`],
    ["comes", svg`<path class="own none" d=${BOX} stroke-dasharray="8 5" />`],
    ["closure", svg`<path class="other none" d=${BOX + HATCH} />`],
    ["movement", svg`<path class="own none" d=${BOX} stroke-dasharray="14 4 2 4" />`],
    ["cells", svg`<path class="other none" d=${BOX} stroke-dasharray="2 4" />`],
    ["unsent", svg`<path class="draft none" d=${BOX} stroke-width="2.5" stroke-dasharray="7 5" />`],
    ["preview", svg`<path class="draft none" d=${BOX} stroke-width="2.5" stroke-dasharray="3 3" />`],
    ["shared", svg`<path class="red none" d=${BOX + HATCH} stroke-dasharray="2 4" />`],
    ["conflict", svg`<path class="red" d="M22 2l9 16h-18z" />`],
    ["aircraft.own", svg`<path class="own full" d=${PLANE} />`],
    ["aircraft.other", svg`<path class="other none" d=${PLANE} />`],
    ["aircraft.lost", svg`<path class="other none" d=${`${PLANE}M14 2l16 16M30 2l-16 16`} />`],
    ["encounter", svg`<path class="alert none" d="M2 10h40" stroke-width="2" stroke-dasharray="6 4" />`],
    ["entry", svg`<path class="alert none" d="M2 10h34" stroke-width="2" stroke-dasharray="2 4" /><path class="alert none" d="M37 3v14" stroke-width="3" />`],
  ];
  return html`<section class="legend" aria-label=${t("map.legend")}>
    <dl>
      ${rows.map(
        ([name, sign]) => html`<dt><svg width="44" height="20" aria-hidden="true">${sign}</svg></dt>
          <dd>${t(`map.legend.${name}`)}</dd>`,
      )}
    </dl>
  </section>`;
}
