import {
  type APIError,
  APIError_APIMisuseError,
  APIError_ChannelUnavailable,
  APIError_FeeRateTooHigh,
} from 'lightningdevkit'

/** LDK's own words of why it refuses. */
export function describeApiError(error: APIError): string {
  if (error instanceof APIError_APIMisuseError) return error.err
  if (error instanceof APIError_ChannelUnavailable) return error.err
  if (error instanceof APIError_FeeRateTooHigh) return error.err
  return error.constructor.name
}
