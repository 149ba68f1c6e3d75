export { CURSOR_LENGTH_MAX, decodeNumberCursor, encodeNumberCursor } from './number-cursor';
export { CURSOR_VALUES, decodeTextCursor, encodeTextCursor } from './text-cursor';
