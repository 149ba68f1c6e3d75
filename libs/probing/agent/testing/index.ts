export { FakeGateway } from '../fake-gateway.test-server';
export { GatewayClient } from '../ship/gateway-client';
export { LaneShipper } from '../ship/lane-shipper';
export { Spool } from '../spool/spool';
export { block, type EnrolledClient, enrolment, makeKeyAndCsr, rejoining } from './gateway-requests';
export { simulatedTelemetry } from './simulated-telemetry';
export { TestAgent, type TestAgentOptions } from './test-agent';
export { type Answer, type Call, jsonOf, TestClient } from './test-client';
export { type LaneCounts, TestLane } from './test-lane';
