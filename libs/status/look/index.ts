export * from './reason.pipe';
export * from './status-glyph';
export { AnswerPipe, CheckNamePipe, CheckReasonPipe, EvidenceAgentsPipe, EvidenceTotalsPipe } from './check.pipes';
export { CheckStatusGlyph } from './check-status';
