#include "schema.h"

namespace debian {

const char* const kCatalogSchema = R"([
{:db/ident :package/name :db/valueType :db.type/string :db/cardinality :db.cardinality/one
 :db/unique :db.unique/identity
 :db/doc "What others call it. A name that nobody offers has nothing but this."}
{:db/ident :package/version :db/valueType :db.type/string :db/cardinality :db.cardinality/one}
{:db/ident :package/architecture :db/valueType :db.type/string :db/cardinality :db.cardinality/one
 :db/doc "all, or what it was compiled for"}
{:db/ident :package/suite :db/valueType :db.type/string :db/cardinality :db.cardinality/one
 :db/index true :db/doc "The list that the present version came with, e.g. bookworm-security"}
{:db/ident :package/section :db/valueType :db.type/string :db/cardinality :db.cardinality/one
 :db/index true}
{:db/ident :package/priority :db/valueType :db.type/string :db/cardinality :db.cardinality/one
 :db/index true}
{:db/ident :package/essential :db/valueType :db.type/boolean :db/cardinality :db.cardinality/one
 :db/doc "No Debian is without it"}
{:db/ident :package/multi-arch :db/valueType :db.type/string :db/cardinality :db.cardinality/one}
{:db/ident :package/source :db/valueType :db.type/string :db/cardinality :db.cardinality/one
 :db/index true :db/doc "The source package it is built from"}
{:db/ident :package/maintainer :db/valueType :db.type/string :db/cardinality :db.cardinality/one}
{:db/ident :package/homepage :db/valueType :db.type/string :db/cardinality :db.cardinality/one}
{:db/ident :package/synopsis :db/valueType :db.type/string :db/cardinality :db.cardinality/one}
{:db/ident :package/bytes :db/valueType :db.type/long :db/cardinality :db.cardinality/one
 :db/doc "Of the file to fetch"}
{:db/ident :package/installed-kib :db/valueType :db.type/long :db/cardinality :db.cardinality/one}
{:db/ident :package/tags :db/valueType :db.type/string :db/cardinality :db.cardinality/many
 :db/index true :db/doc "debtags, e.g. role::program"}

{:db/ident :package/depends :db/valueType :db.type/ref :db/cardinality :db.cardinality/many
 :db/doc "Must be configured before this is"}
{:db/ident :package/pre-depends :db/valueType :db.type/ref :db/cardinality :db.cardinality/many
 :db/doc "Must be configured before this is unpacked"}
{:db/ident :package/recommends :db/valueType :db.type/ref :db/cardinality :db.cardinality/many}
{:db/ident :package/suggests :db/valueType :db.type/ref :db/cardinality :db.cardinality/many}
{:db/ident :package/enhances :db/valueType :db.type/ref :db/cardinality :db.cardinality/many}
{:db/ident :package/breaks :db/valueType :db.type/ref :db/cardinality :db.cardinality/many}
{:db/ident :package/conflicts :db/valueType :db.type/ref :db/cardinality :db.cardinality/many}
{:db/ident :package/replaces :db/valueType :db.type/ref :db/cardinality :db.cardinality/many}
{:db/ident :package/provides :db/valueType :db.type/ref :db/cardinality :db.cardinality/many}

{:db/ident :relation/text :db/valueType :db.type/string :db/cardinality :db.cardinality/one
 :db/unique :db.unique/identity :db/doc "As Debian writes it: exim4 (>= 4.9) | mail-agent"}
{:db/ident :relation/package :db/valueType :db.type/ref :db/cardinality :db.cardinality/many
 :db/doc "Every package that an alternative names"}
{:db/ident :relation/comparison :db/valueType :db.type/string :db/cardinality :db.cardinality/one
 :db/doc "Of the only alternative: << <= = >= >>"}
{:db/ident :relation/version :db/valueType :db.type/string :db/cardinality :db.cardinality/one}
{:db/ident :relation/qualifier :db/valueType :db.type/string :db/cardinality :db.cardinality/one
 :db/doc "The architecture behind a colon, e.g. any"}
{:db/ident :relation/alternatives :db/valueType :db.type/ref :db/cardinality :db.cardinality/many
 :db/isComponent true :db/doc "Where there are several"}
{:db/ident :alternative/position :db/valueType :db.type/long :db/cardinality :db.cardinality/one
 :db/doc "From 1, the preferred one"}
{:db/ident :alternative/package :db/valueType :db.type/ref :db/cardinality :db.cardinality/one}
{:db/ident :alternative/comparison :db/valueType :db.type/string :db/cardinality :db.cardinality/one}
{:db/ident :alternative/version :db/valueType :db.type/string :db/cardinality :db.cardinality/one}
{:db/ident :alternative/qualifier :db/valueType :db.type/string :db/cardinality :db.cardinality/one}
])";

const char* const kInventorySchema = R"([
{:db/ident :installed/name :db/valueType :db.type/string :db/cardinality :db.cardinality/one
 :db/unique :db.unique/identity
 :db/doc "As dpkg says it: NAME, or NAME:ARCH where that is not the machine's own"}
{:db/ident :installed/version :db/valueType :db.type/string :db/cardinality :db.cardinality/one}
{:db/ident :installed/architecture :db/valueType :db.type/string
 :db/cardinality :db.cardinality/one}
{:db/ident :installed/kib :db/valueType :db.type/long :db/cardinality :db.cardinality/one}
{:db/ident :installed/on :db/valueType :db.type/instant :db/cardinality :db.cardinality/one
 :db/index true :db/doc "When its files were last unpacked"}
{:db/ident :installed/automatically :db/valueType :db.type/boolean
 :db/cardinality :db.cardinality/one :db/doc "Because another package asked for it"}
])";

}  // namespace debian
