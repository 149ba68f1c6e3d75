export { absoluteMs } from './absolute-time';
export * from './clean-text';
export { counted } from './counted';
export { didYouMean, nearestName } from './did-you-mean';
export { PLAIN_LINES_RULE, PLAIN_TEXT_RULE, plainLinesFault, plainTextFault } from './plain-text';
export { printable } from './printable';
export { isReservedName, RESERVED_NAME } from './reserved-names';
export { type TagRules, tagsFault } from './tags';
