/** Every word that the operator can see or hear, in one place so that it can be translated. */
import { cloud } from "./cloud";
import { common, lamp, lost, nav } from "./common";
import { claim, signIn } from "./gate";
import { keys } from "./keys";
import { actions, live } from "./live";
import { network } from "./network";
import { page, poster } from "./page";
import { recordings } from "./recordings";
import { settings } from "./settings";
import { setup } from "./setup";
import { sharing } from "./sharing";
import { updates } from "./updates";

export * from "./sentences";

export const strings = {
  ...common,
  nav,
  lamp,
  lost,
  claim,
  signIn,
  setup,
  live,
  actions,
  page,
  poster,
  keys,
  network,
  settings,
  sharing,
  recordings,
  cloud,
  updates,
};
