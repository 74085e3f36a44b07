/**
 * Imported before anything that makes an AWS client: on Node.js 20 the SDK warns, at every start, that it will need Node.js 22
 * from January 2027. The README says so once.
 */
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
