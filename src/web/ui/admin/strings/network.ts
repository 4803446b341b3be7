/** Words of the box in its network. */

export const network = {
  title: "Network",
  watch: "Where people watch",
  server: "Where OBS sends to",
  interfaces: "Connections",
  noInterfaces: "No network connection is up.",
  noAddress: "no address",
  up: "connected",
  down: "not connected",
  noSpeed: "speed unknown",
  none: "There is no address yet. Is a cable plugged in?",
  fixed:
    "The box takes what your network gives it. To keep its address, reserve it in your router; to change it, use the system that runs the box.",
  budget: "How much of the link the box may use is set under",
};
