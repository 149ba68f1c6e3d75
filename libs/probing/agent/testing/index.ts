export { makeCertificateRequest, makeKeyPem } from '../enrol/certificate-request';
export { FakeGateway } from '../fake-gateway.test-server';
export { GatewayClient } from '../ship/gateway-client';
export { LaneShipper } from '../ship/lane-shipper';
export { Spool } from '../spool/spool';
export {
  type Answer,
  block,
  type Call,
  type EnrolledClient,
  enrolment,
  jsonOf,
  makeKeyAndCsr,
  rejoining,
  TestClient,
} from './gateway-test-client';
export { simulatedTelemetry } from './simulated-telemetry';
