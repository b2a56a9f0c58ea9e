import { SignalWatcher } from "@lit-labs/preact-signals";
import { computed, effect, signal } from "@preact/signals-core";
import OlMap from "ol/Map";
import View from "ol/View";
import { LitElement, html, nothing } from "lit";
import { customElement, query } from "lit/decorators.js";
import { fromMap, toMap } from "../geo/mercator";
import { show } from "../hook";
import { t } from "../i18n/i18n";
import { overlay, register } from "../palette/commands";
import { aerodromes, loadAerodromes } from "../state/aerodromes";
import { agreement, followAgreement } from "../state/agreement";
import { inView } from "../profile/items";
import { board } from "../state/board";
import { config } from "../state/config";
import { demo } from "../state/demo";
import { previewVolumes, unsentVolumes } from "../state/preview";
import { sharedCells } from "../state/private";
import { sketch } from "../state/drawing";
import { aircraft, pictureAt } from "../state/sky";
import { isLive, place, select, selection, shownAt } from "../state/view";
import { shared } from "../style/theme";
import { position } from "../units/position";
import { AerodromeLayer } from "./aerodrome_layer";
import { AreaLayer } from "./area_layer";
import { colours, readColours } from "./colours";
import { DrawTool } from "./draw_tool";
import { GridLayer } from "./grid_layer";
import { GroundLayer } from "./ground_layer";
import { legend, legendStyles } from "./legend";
import { mapStyles } from "./map_style";
import { Overlay } from "./overlay";
import { areaRings, boundsOf, extentOf, extentOfSelection, flyTo, framed, isSeen, keepPlace, takePlace } from "./place";
import { scaleBar } from "./scale";
import { shapes } from "./scene";
import { tileLayer } from "./tiles";
import { VolumeLayer } from "./volume_layer";

const PICTURE_EVERY_MS = 250; // aircraft are carried on four times a second
const FURNISHED_AFTER_MS = 4_000;
const PANEL_PX = 440; // the filing panel lies over that much of the page's start
const HIT_PX = 3; // so near to its edge a volume is meant
const WORLD_VIEW = { center: [0, 3_000_000], zoom: 2.2, minZoom: 1, maxZoom: 19, enableRotation: false };

/** Volumes, tracks, conflict parts. */
@customElement("o-map")
export class SkyMap extends SignalWatcher(LitElement) {
  static override styles = [shared, mapStyles, legendStyles];

  @query(".canvas") private target!: HTMLElement;
  @query(".overlay") private canvas!: HTMLCanvasElement;

  private readonly ground = new GroundLayer();
  private readonly area = new AreaLayer();
  private readonly grid = new GridLayer();
  private readonly aerodromes = new AerodromeLayer();
  private readonly volumes = new VolumeLayer();
  private readonly cursor = signal<{ lat: number; lng: number } | null>(null);
  private readonly resolution = signal(0);
  private readonly explained = signal(false);
  private readonly carried = computed(() => pictureAt.value !== null && aircraft.value > 0);
  private readonly ends: (() => void)[] = [];
  private map: OlMap | null = null;
  private overlay: Overlay | null = null;
  private flown: unknown = null;
  private placed = false;
  private tiled = false;
  private untouched = false; // the page itself chose the place: it may choose again
  private keeps = false; // the map went to what is selected, and nobody moved it since

  override render() {
    const scale = scaleBar(this.resolution.value, this.centre());
    return html`
      <div
        class="canvas"
        tabindex="0"
        role="application"
        aria-label=${t("map.keys")}
        @pointermove=${this.moved}
        @pointerleave=${() => (this.cursor.value = null)}
      ></div>
      <canvas class="overlay" aria-hidden="true"></canvas>
      <div class="buttons">
        <button @click=${() => this.zoom(1)} aria-label=${t("map.zoom.in")}>+</button>
        <button @click=${() => this.zoom(-1)} aria-label=${t("map.zoom.out")}>−</button>
        <button @click=${() => this.whole()} aria-label=${t("map.whole")} title=${t("map.whole")}>⤢</button>
        <button @click=${() => this.toggleLegend()} aria-expanded=${this.explained.value} aria-label=${t("map.legend")} title=${t("map.legend")}>i</button>
      </div>
      ${this.explained.value ? legend() : nothing}
      <div class="foot">
        <span class="scale" dir="ltr"><svg width=${scale.pixels} height="8" aria-hidden="true">
          <path d="M0.5 0 V7.5 H${scale.pixels - 0.5} V0" /></svg>${scale.text}</span>
        <span class="mono" dir="ltr">${this.cursorText()}</span>
        ${this.carried.value
          ? html`<span class="dim">${t("map.carried")}</span>`
          : nothing}
        ${config.value?.tiles ? html`<span class="dim">${config.value.tiles.credit}</span>` : nothing}
      </div>
    `;
  }

  override firstUpdated(): void {
    readColours();
    const map = new OlMap({
      target: this.target,
      controls: [],
      layers: [
        this.ground.layer,
        this.grid.layer,
        this.aerodromes.layer,
        this.area.layer,
        this.volumes.layer,
      ],
      view: new View(WORLD_VIEW),
      keyboardEventTarget: this.target,
    });
    this.map = map;
    this.overlay = new Overlay(map, this.canvas);
    takePlace(map);
    this.placed = place.value !== null;
    this.follow(map);
    this.showHook(map);
  }

  private follow(map: OlMap): void {
    map.on("postrender", () => {
      this.overlay?.moved();
      framed(map.getView().getAnimating());
    });
    map.on("moveend", () => this.arrived(map));
    map.on("change:size", () => this.untouched && this.whole());
    for (const name of ["pointerdown", "wheel", "keydown"]) {
      this.target.addEventListener(name, () => (this.untouched = this.keeps = false), { passive: true });
    }
    this.arrived(map);
    map.on("singleclick", (event) => void this.clicked(event.coordinate));
    this.ends.push(
      followAgreement(),
      new DrawTool(map).follow(),
      this.overlay?.follow() ?? (() => undefined),
      effect(() => {
        if (demo.value) this.ground.add(demo.value.region);
      }),
      effect(() => this.lay(map)),
      effect(() => {
        if (!colours.value) return;
        this.ground.renew();
        this.volumes.restyle();
        this.grid.changed();
        this.aerodromes.layer.changed();
      }),
      effect(() => {
        if (aerodromes.value.length > 0) this.aerodromes.layer.changed();
      }),
      effect(() => {
        void colours.value;
        const at = Math.floor(shownAt.value / 1_000) * 1_000;
        this.volumes.draw(shapes.value, at, this.overlay?.selectedThreads() ?? new Set());
        if (!this.placed) this.firstPlace();
      }),
      effect(() => this.area.draw(areaRings(), (board.value?.unlocated.length ?? 0) > 0)),
      effect(() => {
        if (place.value) takePlace(map);
      }),
      effect(() => this.goToSelection(map)),
      effect(() => this.goToDraft(map)),
      register(
        { id: "map.zoom.in", title: "map.zoom.in", group: "map.title", keys: ["+"], run: () => this.zoom(1) },
        { id: "map.zoom.out", title: "map.zoom.out", group: "map.title", keys: ["-"], run: () => this.zoom(-1) },
        { id: "map.legend", title: "map.legend", group: "map.title", keys: ["i", "I"], run: () => this.toggleLegend() },
        { id: "map.whole", title: "map.whole", group: "map.title", keys: ["0"], run: () => this.whole() },
      ),
    );
    const timer = setInterval(() => this.overlay?.tick(), PICTURE_EVERY_MS);
    const later = setTimeout(() => this.furnish(), FURNISHED_AFTER_MS);
    this.ends.push(() => clearInterval(timer), () => clearTimeout(later));
  }

  private lay(map: OlMap): void {
    const tiles = config.value?.tiles;
    if (!tiles || this.tiled) return;
    this.tiled = true;
    map.addLayer(tileLayer(tiles.url));
  }

  /** What helps to know where one is comes after what the page is for. */
  private furnish(): void {
    void this.ground.addWaters();
    void loadAerodromes();
  }

  private arrived(map: OlMap): void {
    this.resolution.value = map.getView().getResolution() ?? 0;
    if (this.placed) keepPlace(map);
    inView.value = boundsOf(map);
    void this.ground.fit(map.getView().getZoom() ?? 0);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const end of this.ends.splice(0)) end();
    this.ground.end();
    this.map?.setTarget(undefined);
    this.map = null;
  }

  /** Go to what was selected elsewhere, once it is known where that is; after an aircraft that leaves the view. */
  private goToSelection(map: OlMap): void {
    const selected = selection.value;
    const known = this.flown === selected;
    if (!selected || (known && !(this.keeps && selected.kind === "track" && isLive.value))) return;
    const extent = extentOfSelection(selected, shapes.value);
    if (!extent || (known && isSeen(map, extent))) return;
    this.flown = selected;
    this.placed = this.keeps = true;
    this.untouched = false;
    flyTo(map, extent);
  }

  /** Go to what is about to be sent, or to what it could be instead. */
  private goToDraft(map: OlMap): void {
    const [unsent, preview, shared] = [unsentVolumes.value, previewVolumes.value, sharedCells.value];
    if (!unsent && !preview && !shared) return;
    const drafts = shapes.peek().filter((one) => ["unsent", "preview", "shared"].includes(one.look));
    const extent = extentOf(drafts.flatMap((one) => one.rings[0] ?? []));
    if (!extent) return;
    this.untouched = false;
    flyTo(map, extent, ["filing", "private"].includes(overlay.peek() ?? "") ? PANEL_PX : 0);
  }

  /** The agreed area or everything that stands, when nobody moved the map yet. */
  private firstPlace(): void {
    if (!board.value || (!agreement.value && shapes.value.length === 0)) return;
    this.placed = this.untouched = true;
    this.whole();
  }

  private whole(): void {
    const rings = areaRings();
    const points = rings.length > 0 ? rings.flat() : shapes.value.flatMap((one) => one.rings[0] ?? []);
    const extent = extentOf(points);
    if (extent) this.map?.getView().fit(extent, { padding: [30, 30, 50, 30], maxZoom: 11 });
  }

  private toggleLegend(): void {
    this.explained.value = !this.explained.value;
  }

  private zoom(by: number): void {
    this.untouched = this.keeps = false;
    const view = this.map?.getView();
    view?.setZoom(Math.round((view.getZoom() ?? 2) + by));
  }

  private async clicked(place: number[]): Promise<void> {
    if (sketch.value) return; // the pointer draws
    const found = (await this.overlay?.at(place)) ?? this.volumeAt(place);
    if (!found) return;
    select(found.kind, found.id);
    this.flown = selection.value; // it is seen where it was clicked
    this.keeps = false;
  }

  private volumeAt(place: number[]): { kind: "thread"; id: string } | null {
    const found = this.volumes.at(place, HIT_PX * (this.map?.getView().getResolution() ?? 0));
    return found === null ? null : { kind: "thread", id: found };
  }

  private moved(event: PointerEvent): void {
    const at = this.map?.getEventCoordinate(event);
    this.cursor.value = at ? fromMap(at) : null;
  }

  private centre(): { lat: number; lng: number } {
    const centre = this.map?.getView().getCenter();
    return centre ? fromMap(centre) : { lat: 0, lng: 0 };
  }

  private cursorText(): string {
    const at = this.cursor.value;
    return at ? position(at.lat, at.lng) : "";
  }

  private showHook(map: OlMap): void {
    show("map", () => ({
      volumes: { ...this.volumes.counts },
      ...this.overlay?.counts(),
      zoom: map.getView().getZoom(),
      selection: selection.value,
    }));
    show("pixelOf", () => (lat: number, lng: number) => map.getPixelFromCoordinate(toMap(lat, lng)));
  }
}
