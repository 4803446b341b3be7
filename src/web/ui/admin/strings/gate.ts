/** Words before the operator is in: the claim and the sign-in. */
import type { Strength } from "../strength";

export const claim = {
  title: "This box is yours to claim",
  lead: "Choose the password that opens this page from now on. There is no other way in, so keep it well.",
  password: "New password",
  again: "The same once more",
  code: "Claim code",
  codeMore:
    "It is on the box's own screen, in its log, and in the file claim-code.txt on its memory card. It proves that you can reach the box itself.",
  submit: "Claim this box",
  different: "The two are not the same.",
  strength: {
    empty: "At least 10 characters; a few words in a row are easy to keep.",
    short: "Too short: at least 10 characters.",
    plain: "Long enough, but easy to guess.",
    good: "Good.",
    strong: "Strong.",
  } satisfies Record<Strength, string>,
};

export const signIn = {
  title: "Sign in",
  password: "Password",
  submit: "Sign in",
  signedOut: "You are signed out.",
  ended: "Your session has ended. Please sign in again.",
  forgotten: "Password forgotten?",
  forgottenMore:
    "Nobody can read it back. Whoever holds the box can begin anew: put an empty data folder or a fresh card into it, and claim it again.",
};
