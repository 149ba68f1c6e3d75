export { openPalette } from './open-palette';
