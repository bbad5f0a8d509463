#pragma once
#include <pugixml.hpp>

namespace bot::xmpp {

/// What anybody gets who asks our client something with an `<iq>` of type get or set: that it is there (XEP-0199), what
/// it is and can (XEP-0030, XEP-0092); to anything else that it does not serve this. Says nothing that is not known.
pugi::xml_document answer_to(pugi::xml_node question);

}  // namespace bot::xmpp
