#include "store/impl.hpp"

// Opening, closing, and looking whether what is there is what was written.
namespace store {
namespace {

constexpr int links_checked = 1000;  ///< after an unclean stop

std::string hash_of(const Recorded& r) {
  return link_hash(r.stream, r.seq, r.prev_hash, r.kind, r.at, r.actor, r.body);
}

std::filesystem::path ready(const std::filesystem::path& file, bool create) {
  return file.empty() ? file : prepare_file(file, create);
}

}  // namespace

Store::Impl::Impl(Options given)
    : options([&] {
        given.file = ready(given.file, given.create);
        return given;
      }()),
      lock(options.file.empty() ? nullptr : std::make_unique<LockFile>(options.file)),
      db(options.file, options.create) {
  bring_up_to_date(db);
  if (options.most_pages > 0) db.once("PRAGMA max_page_count=" + std::to_string(options.most_pages));
  unclean = db.integer("SELECT 1 FROM meta WHERE name = 'open'").has_value();
  if (unclean) check_after_unclean_stop();
  latest = Instant{workflow::Duration{db.integer("SELECT at FROM event ORDER BY position DESC LIMIT 1").value_or(0)}};
  attempts_kept = db.integer("SELECT 1 FROM attempt LIMIT 1").has_value();
  auto rows = db.rows("SELECT key, id FROM outbox WHERE dead IS NULL");
  while (rows.next()) unsent_ids.emplace(rows.text(0), rows.integer(1));
  if (options.create && !unclean) mark_clean(false);
}

void Store::Impl::mark_clean(bool clean) {
  db.begin();
  if (clean)
    db.run("DELETE FROM meta WHERE name = 'open'");
  else
    db.run("INSERT INTO meta(name, value) VALUES ('open', '1')");
  db.commit();
}

void Store::Impl::check_after_unclean_stop() {
  if (const auto found = db.once("PRAGMA quick_check(1)"); found != "ok")
    throw Unknown("the store is damaged: " + found);
  auto rows = db.rows(
      "SELECT e.stream, e.seq, e.at, e.actor, e.kind, e.body, e.prev_hash, e.hash, before.hash FROM event AS e "
      "LEFT JOIN event AS before ON before.stream = e.stream AND before.seq = e.seq - 1 "
      "ORDER BY e.position DESC LIMIT ?",
      links_checked);
  while (rows.next()) {
    const auto hash = link_hash(rows.integer(0), rows.integer(1), rows.view(6), rows.view(4), rows.instant(2),
                                rows.integer(3), rows.view(5));
    const auto before = rows.null(8) ? Head{}.hash : rows.text(8);
    if (hash != rows.view(7) || before != rows.view(6))
      throw Unknown("the store is damaged: event " + rows.text(1) + " of stream " + rows.text(0) +
                    " is not what was recorded");
  }
}

Store::Store(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}

Store::~Store() = default;

bool Store::unclean() const { return impl_->unclean; }

void Store::close() {
  if (!impl_->frames.empty()) throw std::logic_error("a store is closed inside a batch");
  if (impl_->options.create) impl_->mark_clean(true);
  if (impl_->db.log_pages() > 0) impl_->db.checkpoint();
  impl_.reset();
}

std::vector<ChainFault> Store::verify() {
  std::vector<ChainFault> faults;
  Recorded last;
  auto rows =
      impl_->db.rows("SELECT stream, seq, at, actor, kind, body, prev_hash, hash FROM event ORDER BY stream, seq");
  while (rows.next()) {
    Recorded r{.stream = rows.integer(0),
               .seq = rows.integer(1),
               .at = rows.instant(2),
               .actor = rows.integer(3),
               .kind = rows.text(4),
               .body = rows.text(5),
               .prev_hash = rows.text(6),
               .hash = rows.text(7)};
    if (r.stream != last.stream) last = {.stream = r.stream, .hash = Head{}.hash};
    const bool told = !faults.empty() && faults.back().stream == r.stream;
    const auto fault = [&](const char* what) {
      if (!told) faults.push_back({r.stream, r.seq, what});
    };
    if (r.seq != last.seq + 1)
      fault("events before this one are missing");
    else if (r.prev_hash != last.hash)
      fault("it does not follow the event before it");
    else if (hash_of(r) != r.hash)
      fault("it is not what was recorded");
    last = std::move(r);
  }
  // The end of a chain cannot miss what was cut off behind it; the numbering of all events can.
  const auto highest = impl_->db.integer("SELECT seq FROM sqlite_sequence WHERE name = 'event'").value_or(0);
  if (events_count() != highest)
    faults.push_back({0, highest, "events are missing: fewer are here than were numbered"});
  return faults;
}

}  // namespace store
