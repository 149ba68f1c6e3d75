/** Defined by the build: libs/platform/workspace/bundle.mjs. */
declare const ICMPMON_VERSION: string | undefined;

/** Version of the build of this process; `development` if it runs from its sources. */
export const PRODUCT_VERSION: string = typeof ICMPMON_VERSION === 'string' ? ICMPMON_VERSION : 'development';
