/** OPTION-CODE of NSID (RFC 5001): in a query empty, in a response the server's identifier. */
export const NSID_OPTION = 3;
