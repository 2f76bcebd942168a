/**
 * What ssh2 tries to load and does without (lib/protocol/constants.js, crypto.js): compiled for one machine and one
 * runtime, it has no place in a bundle. Node's own crypto does the work.
 */
export const OPTIONAL_NATIVES = ['cpu-features', '*.node'];
