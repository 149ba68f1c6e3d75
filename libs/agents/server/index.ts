export { AGENT } from './agent';
export { AgentHealthProjection } from './agent-health.projection';
export { AgentRefused } from './agent-refused';
export { AgentsApiModule } from './agents-api.module';
export type { AgentsApiOptions } from './agents-api-options';
export {
  CertificateAuthority,
  keySha256,
  readAuthority,
  type IssuedCertificate,
  type ServerCredentials,
} from './certificate-authority';
export { EnrolAgent, type Enrolled } from './enrol-agent';
export { bootstrapEnrolmentToken, forgetSpentTokens, makeToken } from './enrolment-token';
export { readEnrolRequest } from './enrol-request';
export { KnownAgents, type PresentedCertificate } from './known-agents';
export { StoredAgentReports } from './stored-agent-reports';
export { RenewCertificate } from './renew-certificate';
export { AGENT_TELEMETRY_TOPIC, readTelemetry, type ReceivedTelemetry } from './telemetry';
export { agentModel } from './agent-model';
export { agentHealthModel } from './agent-health-model';
export { forgetUncounted } from './uncounted/read-uncounted';
export { UncountedNotices, UncountedNoticeWriter } from './uncounted/uncounted-notices';
export { UncountedParticipant } from './uncounted/uncounted-participant';
