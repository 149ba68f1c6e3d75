export * from './reason.pipe';
export { reasonText } from './reason-text';
export * from './status-glyph';
export { AnswerPipe, CheckNamePipe, CheckReasonPipe, EvidenceAgentsPipe, EvidenceTotalsPipe } from './check.pipes';
export { CheckStatusGlyph } from './check-status';
