/**
 * Copies as browsers did before the asynchronous clipboard, and as some web views still must: by selecting. It works inside of a
 * press only.
 * @returns false when nothing was copied
 */
export function copyInPress(text: string): boolean {
  const focused = document.activeElement;
  const area = document.createElement("textarea");
  area.className = "unseen";
  area.readOnly = true;
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.value = "";
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return copied;
}
