/** The text of a QR code that joins a Wi-Fi network, as phones read it. Pure. */

export function wifiCode(name: string, password: string): string {
  const open = password === "";
  const secret = open ? "" : `P:${escaped(password)};`;
  return `WIFI:T:${open ? "nopass" : "WPA"};S:${escaped(name)};${secret};`;
}

/** The format's own signs are given a backslash. */
function escaped(text: string): string {
  return text.replace(/[\\;,:"]/g, "\\$&");
}
