export { AGENT } from './agent';
export { AgentHealthProjection } from './agent-health.projection';
export { AgentRefused } from './agent-refused';
export { AgentsApiModule } from './agents-api.module';
export type { AgentsApiOptions } from './agents-api-options';
export {
  AGENT_CERTIFICATE_LIFE_MS,
  CertificateAuthority,
  readAuthority,
  type IssuedCertificate,
  type ServerCredentials,
} from './certificate-authority';
export { EnrolAgent, type Enrolled } from './enrol-agent';
export { keySha256 } from './agent-keys';
export { ChangeAgent, type ChangeOptions } from './change-agent';
export { completeRetirements } from './complete-retirements';
export { DescribeAgent } from './describe-agent';
export { bootstrapEnrolmentToken, forgetExpiredTokens, makeToken } from './enrolment-token';
export { ListAgents } from './list-agents';
export { ListEnrolmentTokens } from './list-enrolment-tokens';
export { RejoinAgent } from './rejoin-agent';
export { RejoinChallenges } from './rejoin-challenge';
export { readRejoinRequest } from './rejoin-request';
export { RevokeEnrolmentToken } from './revoke-enrolment-token';
export { readDescription, readEnrolRequest } from './enrol-request';
export { KnownAgents, type PresentedCertificate } from './known-agents';
export { readPolicyReport } from './policy-report';
export { StoredAgentReports } from './stored-agent-reports';
export { renewableFromMs, RenewCertificate } from './renew-certificate';
export { AGENT_TELEMETRY_TOPIC, readTelemetry, type ReceivedTelemetry } from './telemetry';
export { agentModel } from './agent-model';
export { agentHealthModel } from './agent-health-model';
export { forgetUncounted } from './uncounted/read-uncounted';
export { UncountedNotices, UncountedNoticeWriter } from './uncounted/uncounted-notices';
export { UncountedParticipant } from './uncounted/uncounted-participant';
