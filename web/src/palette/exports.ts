import { session } from "../state/session";
import { EXPORT_FORMS, exportDay } from "../state/export";
import { told } from "../state/told";
import { shownAt } from "../state/view";
import { register } from "./commands";

/** The day that is shown, as a file: commands of the palette. */
export function registerExports(): void {
  register(
    ...EXPORT_FORMS.map((form) => ({
      id: `export.day.${form}`,
      title: `export.day.${form}`,
      group: "group.page",
      when: () => session.value !== null,
      run: () => {
        exportDay(form, shownAt.peek()).then(
          (name) => (told.value = name),
          (error: Error) => (told.value = error.message),
        );
      },
    })),
  );
}
