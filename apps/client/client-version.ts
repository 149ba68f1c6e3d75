/** Defined by the build: libs/platform/workspace/bundle.mjs. */
declare const ICMPMON_VERSION: string | undefined;

/** Version of the product of which this client is a part; `development` if it runs from its sources. */
export const CLIENT_VERSION: string = typeof ICMPMON_VERSION === 'string' ? ICMPMON_VERSION : 'development';
