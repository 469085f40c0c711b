#include "samples_testing.h"

#include "schema.h"

namespace debian {

PackageList first_list() {
  return {"harbour", kFirstDate, R"(Package: libgrand
Source: grand (7.1)
Version: 7.1-1
Architecture: amd64
Multi-Arch: same
Essential: yes
Priority: required
Section: libs
Maintainer: Ada <ada@harbour.example>
Installed-Size: 900
Size: 300000
Homepage: https://grand.example/
Description: the grand library
Tag: role::shared-lib, devel::library

Package: make
Version: 4.3-4
Architecture: amd64
Section: devel
Priority: optional
Maintainer: Ada <ada@harbour.example>
Installed-Size: 1600
Size: 400000
Depends: libgrand (>= 7), post | pigeon | letter-agent
Suggests: make-doc
Description: directs the making of things

Package: pigeon
Version: 1.0-1
Architecture: all
Section: mail
Priority: optional
Maintainer: Bo <bo@harbour.example>
Installed-Size: 50
Size: 9000
Depends: libgrand (>= 7),
 snake:any
Provides: letter-agent (= 1.0)
Description: carries letters

Package: post
Version: 3-1
Architecture: all
Section: mail
Priority: optional
Maintainer: Bo <bo@harbour.example>
Installed-Size: 70
Size: 9500
Provides: letter-agent
Conflicts: pigeon
Description: carries letters for a stamp

Package: viewer
Version: 0.1-1
Architecture: all
Section: graphics
Priority: optional
Maintainer: Cy <cy@harbour.example>
Installed-Size: 5000
Size: 1000000
Depends: letter-agent
Pre-Depends: libgrand
Recommends: make
Description: looks at pictures
)"};
}

PackageList second_list() {
  return {"harbour-security", kSecondDate, R"(Package: libgrand
Source: grand
Version: 7.1-1+fix1
Architecture: amd64
Multi-Arch: same
Priority: required
Section: libs
Maintainer: Ada <ada@harbour.example>
Installed-Size: 910
Size: 310000
Homepage: https://grand.example/
Description: the grand library
Tag: role::shared-lib, security::fixed

Package: libgrand
Version: 7.1-1+fix2
Architecture: amd64
Section: libs
Priority: required
Maintainer: Ada <ada@harbour.example>
Installed-Size: 920
Size: 310000
Description: the grand library
Tag: role::shared-lib, security::fixed

Package: make
Version: 4.3-3
Architecture: amd64
Section: devel
Priority: optional
Maintainer: Ada <ada@harbour.example>
Description: older than what the catalog has

Package: anchor
Version: 1-1
Architecture: all
Section: misc
Priority: optional
Maintainer: Cy <cy@harbour.example>
Depends: libgrand (>= 7)
Description: new in this list
)"};
}

Machine small_machine() {
  Machine machine;
  machine.architecture = "amd64";
  machine.status = R"(Package: libgrand
Status: install ok installed
Architecture: amd64
Installed-Size: 900
Version: 7.1-1

Package: libgrand
Status: install ok installed
Architecture: riscv64
Installed-Size: 901
Version: 7.1-1

Package: make
Status: hold ok installed
Architecture: amd64
Installed-Size: 1600
Version: 4.3-4
Conffiles:
 /etc/make.conf 0123

Package: pigeon
Status: install ok installed
Architecture: all
Installed-Size: 50
Version: 1.0-1

Package: post
Status: deinstall ok config-files
Architecture: all
Version: 3-1

Package: viewer
Status: install ok installed
Architecture: all
Installed-Size: 5000
Version: 0.1-0
)";
  machine.extended_states = "Package: pigeon\nArchitecture: amd64\nAuto-Installed: 1\n";
  machine.unpacked = [](const std::string& name) -> std::optional<stele::Instant> {
    if (name == "make") return stele::instant("2021-04-01");
    return std::nullopt;
  };
  return machine;
}

void add(Catalog& catalog, const PackageList& list) {
  catalog.add(list, [](double) {}).value();
}

stele::Connection sample_catalog(const std::string& name) {
  auto connection = stele::create_database("memory:" + name).value();
  auto catalog = Catalog::open(connection, kFirstDate).value();
  add(catalog, first_list());
  add(catalog, second_list());
  return connection;
}

stele::Connection sample_inventory(const std::string& name) {
  auto connection = stele::create_database("memory:" + name).value();
  connection.transact(kInventorySchema).value();
  connection.transact(inventory_forms(small_machine()).value()).value();
  return connection;
}

}  // namespace debian
