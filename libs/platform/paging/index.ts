export { CURSOR_LENGTH_MAX, decodeNumberCursor, encodeNumberCursor } from './number-cursor';
