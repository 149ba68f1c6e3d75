export * from './agent-events';
export * from './agent';
export * from './agent-refusal';
export * from './agent-policy';
export * from './agent-reports';
export * from './agent-identity';
export * from './enrolment-token';
export * from './agent-changes';
