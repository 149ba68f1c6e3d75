export { MaintenanceGlyph } from './maintenance-glyph';
export { MaintenanceMark } from './maintenance-mark';
export { markText } from './mark-text';
