/** Refuses a second implementation of the mechanisms that docs/design/shared-mechanisms.md lists. */
export const oneOfEach = [
  {
    selector: 'CallExpression[callee.object.name="Promise"][callee.property.name="race"]',
    message: 'Use settlesWithin or bounded of @icmp-mon/platform/concurrency: they clear their timer.',
  },
  {
    selector: 'ImportDeclaration[source.value="node:timers/promises"] > ImportSpecifier[imported.name="setTimeout"]',
    message: 'Use pause or BackOff of @icmp-mon/platform/concurrency: they end with a signal.',
  },
  {
    selector: ':matches(Literal[value=/pg_try_advisory_lock/], TemplateElement[value.raw=/pg_try_advisory_lock/])',
    message: 'Use Leader or trySessionLock of @icmp-mon/platform/leases.',
  },
  {
    selector: ':matches(Literal[value=/^LISTEN /], TemplateElement[value.raw=/^LISTEN /])',
    message: 'Use ChannelListener of @icmp-mon/platform/database: it connects again.',
  },
];
