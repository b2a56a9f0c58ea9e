import "./app";
import { followLanguage } from "./i18n/i18n";
import { pressed } from "./palette/commands";
import { readConfig } from "./state/config";
import { startClock } from "./state/clock";
import { startLive } from "./state/live";
import { followAddress } from "./state/view";
import { styleThePage } from "./style/global";

styleThePage();
followAddress();
followLanguage();
startClock();
void readConfig();
startLive();
window.addEventListener("keydown", pressed);
