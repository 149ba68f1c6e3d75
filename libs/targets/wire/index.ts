// Rules of targets and of lines in files of targets: for the server, and for clients that check before they send.
export { canonicalAddress, shown } from './canonical-address';
export { IDENTIFIER, IDENTIFIER_LENGTH_MAX, IDENTIFIER_MESSAGE, TARGET_ID } from './identifier';
export { type LineFault, type LineMembers, readLine, type TargetLine } from './read-line';
export { TARGET_TAGS } from './target-tags';
