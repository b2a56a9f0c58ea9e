import "@fontsource/b612/400.css";
import "@fontsource/b612/700.css";
import "@fontsource/b612-mono/400.css";
import "@fontsource/b612-mono/700.css";
import "ol/ol.css";
import { theme } from "./theme";

/** The page's own style, without an inline element: the content policy allows none. */
export function styleThePage(): void {
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, theme.styleSheet!];
}
