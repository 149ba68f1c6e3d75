export { decodeNumberCursor, encodeNumberCursor } from './number-cursor';
