export * from './reason.pipe';
export * from './status-glyph';
