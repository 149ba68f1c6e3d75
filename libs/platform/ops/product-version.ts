/** Put in by the build: libs/platform/workspace/bundle.mjs. */
declare const ICMPMON_VERSION: string | undefined;

/** The version that this process was built from; `development` where it runs from its sources. */
export const PRODUCT_VERSION: string = typeof ICMPMON_VERSION === 'string' ? ICMPMON_VERSION : 'development';
