export { openText, sealText } from './sealed-text';
export { SecretBox } from './secret-box';
