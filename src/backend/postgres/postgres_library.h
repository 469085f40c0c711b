// The functions of libpq that the store calls, loaded at the first use.
//
// Thread safety: immutable once loaded.
#pragma once

#include <libpq-fe.h>

#include "base/shared_library.h"

namespace stele::backend {

struct PostgresLibrary {
  base::SharedLibrary library{"libpq.so.5", "libpq5"};
  STELE_LIBRARY_FUNCTION(library, PQconninfoParse);
  STELE_LIBRARY_FUNCTION(library, PQconninfoFree);
  STELE_LIBRARY_FUNCTION(library, PQfreemem);
  STELE_LIBRARY_FUNCTION(library, PQconnectStartParams);
  STELE_LIBRARY_FUNCTION(library, PQconnectPoll);
  STELE_LIBRARY_FUNCTION(library, PQstatus);
  STELE_LIBRARY_FUNCTION(library, PQfinish);
  STELE_LIBRARY_FUNCTION(library, PQerrorMessage);
  STELE_LIBRARY_FUNCTION(library, PQsocket);
  STELE_LIBRARY_FUNCTION(library, PQsetnonblocking);
  STELE_LIBRARY_FUNCTION(library, PQsetNoticeProcessor);
  STELE_LIBRARY_FUNCTION(library, PQenterPipelineMode);
  STELE_LIBRARY_FUNCTION(library, PQpipelineSync);
  STELE_LIBRARY_FUNCTION(library, PQsendPrepare);
  STELE_LIBRARY_FUNCTION(library, PQsendQueryPrepared);
  STELE_LIBRARY_FUNCTION(library, PQflush);
  STELE_LIBRARY_FUNCTION(library, PQconsumeInput);
  STELE_LIBRARY_FUNCTION(library, PQisBusy);
  STELE_LIBRARY_FUNCTION(library, PQgetResult);
  STELE_LIBRARY_FUNCTION(library, PQclear);
  STELE_LIBRARY_FUNCTION(library, PQresultStatus);
  STELE_LIBRARY_FUNCTION(library, PQresultErrorField);
  STELE_LIBRARY_FUNCTION(library, PQntuples);
  STELE_LIBRARY_FUNCTION(library, PQgetvalue);
  STELE_LIBRARY_FUNCTION(library, PQgetlength);
  STELE_LIBRARY_FUNCTION(library, PQgetisnull);
  STELE_LIBRARY_FUNCTION(library, PQcmdTuples);
};

// Ask `.library.ok()` before calling anything.
const PostgresLibrary& postgres_library();

}  // namespace stele::backend
