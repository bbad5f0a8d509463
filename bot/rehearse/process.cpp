#include "bot/rehearse/process.hpp"

#include <utility>

namespace bot::rehearse {
Process::Process(Engine::Options options, bool lasting) : options_(std::move(options)) {
  if (lasting) folder_.emplace();
  options_.before_commit = [this] {
    if (armed_) throw Died{};
  };
}

Process::~Process() { die(); }

void Process::start() {
  armed_ = false;
  store::Options options;
  if (folder_) options.file = folder_->path() / "parley.db";
  store_ = std::make_unique<store::Store>(options);
  engine_ = std::make_unique<Engine>(*store_, options_);
}

void Process::stop() {
  engine_.reset();
  store_->close();
  store_.reset();
}

void Process::die() {
  engine_.reset();
  store_.reset();
}

}  // namespace bot::rehearse
