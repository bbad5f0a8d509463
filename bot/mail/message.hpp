#pragma once
#include <string>
#include <string_view>

#include "bot/platform.hpp"

// A mail as it goes over the wire: RFC 5322 with MIME.
namespace bot::mail {

/// `name@host` of plain characters: what may stand in a header and in an SMTP command without quoting.
bool valid_address(std::string_view);
std::string domain_of(std::string_view address);
/// `<KEY@domain>`: the same for every try of the same mail.
std::string message_id(std::string_view key, std::string_view from);
/// The whole message, lines ended by CR LF. No part of `mail` can add a header or end the head (R-notice-6).
std::string message(const Mail& mail, std::string_view from);

// Its parts.
std::string encoded_subject(std::string_view);  ///< as it is, or in encoded words (RFC 2047)
std::string quoted_printable(std::string_view);
std::string mail_date(Instant);  ///< `Mon, 02 Nov 2026 09:00:00 +0000`

}  // namespace bot::mail
