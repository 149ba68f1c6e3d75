export { encodeBaselines } from './stored/baseline-body';
