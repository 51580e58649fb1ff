/* Inside store only, and there by pqconn.h: libpq, loaded when a server's store is
 * first opened (base/lazy.h). */
#ifndef MK_PQ_H
#define MK_PQ_H

#include <libpq-fe.h>

#include "base/lazy.h"

#define MK_PQ_SONAME "libpq.so.5"
#define PQ_CALL(f) MK_LAZY(MK_PQ_SONAME, f)

#define PQclear(...) PQ_CALL(PQclear)(__VA_ARGS__)
#define PQcmdStatus(...) PQ_CALL(PQcmdStatus)(__VA_ARGS__)
#define PQcmdTuples(...) PQ_CALL(PQcmdTuples)(__VA_ARGS__)
#define PQconnectdbParams(...) PQ_CALL(PQconnectdbParams)(__VA_ARGS__)
#define PQconninfoFree(...) PQ_CALL(PQconninfoFree)(__VA_ARGS__)
#define PQconninfoParse(...) PQ_CALL(PQconninfoParse)(__VA_ARGS__)
#define PQdb(...) PQ_CALL(PQdb)(__VA_ARGS__)
#define PQdescribePrepared(...) PQ_CALL(PQdescribePrepared)(__VA_ARGS__)
#define PQenterPipelineMode(...) PQ_CALL(PQenterPipelineMode)(__VA_ARGS__)
#define PQerrorMessage(...) PQ_CALL(PQerrorMessage)(__VA_ARGS__)
#define PQexec(...) PQ_CALL(PQexec)(__VA_ARGS__)
#define PQexecPrepared(...) PQ_CALL(PQexecPrepared)(__VA_ARGS__)
#define PQexitPipelineMode(...) PQ_CALL(PQexitPipelineMode)(__VA_ARGS__)
#define PQfinish(...) PQ_CALL(PQfinish)(__VA_ARGS__)
#define PQfname(...) PQ_CALL(PQfname)(__VA_ARGS__)
#define PQfreemem(...) PQ_CALL(PQfreemem)(__VA_ARGS__)
#define PQftype(...) PQ_CALL(PQftype)(__VA_ARGS__)
#define PQflush(...) PQ_CALL(PQflush)(__VA_ARGS__)
#define PQgetResult(...) PQ_CALL(PQgetResult)(__VA_ARGS__)
#define PQgetisnull(...) PQ_CALL(PQgetisnull)(__VA_ARGS__)
#define PQgetlength(...) PQ_CALL(PQgetlength)(__VA_ARGS__)
#define PQgetvalue(...) PQ_CALL(PQgetvalue)(__VA_ARGS__)
#define PQgssEncInUse(...) PQ_CALL(PQgssEncInUse)(__VA_ARGS__)
#define PQhost(...) PQ_CALL(PQhost)(__VA_ARGS__)
#define PQnfields(...) PQ_CALL(PQnfields)(__VA_ARGS__)
#define PQntuples(...) PQ_CALL(PQntuples)(__VA_ARGS__)
#define PQparameterStatus(...) PQ_CALL(PQparameterStatus)(__VA_ARGS__)
#define PQpipelineSync(...) PQ_CALL(PQpipelineSync)(__VA_ARGS__)
#define PQprepare(...) PQ_CALL(PQprepare)(__VA_ARGS__)
#define PQputCopyData(...) PQ_CALL(PQputCopyData)(__VA_ARGS__)
#define PQputCopyEnd(...) PQ_CALL(PQputCopyEnd)(__VA_ARGS__)
#define PQresultErrorField(...) PQ_CALL(PQresultErrorField)(__VA_ARGS__)
#define PQresultStatus(...) PQ_CALL(PQresultStatus)(__VA_ARGS__)
#define PQsendQueryPrepared(...) PQ_CALL(PQsendQueryPrepared)(__VA_ARGS__)
#define PQsetSingleRowMode(...) PQ_CALL(PQsetSingleRowMode)(__VA_ARGS__)
#define PQsetNoticeReceiver(...) PQ_CALL(PQsetNoticeReceiver)(__VA_ARGS__)
#define PQsetnonblocking(...) PQ_CALL(PQsetnonblocking)(__VA_ARGS__)
#define PQsslInUse(...) PQ_CALL(PQsslInUse)(__VA_ARGS__)
#define PQstatus(...) PQ_CALL(PQstatus)(__VA_ARGS__)
#define PQtransactionStatus(...) PQ_CALL(PQtransactionStatus)(__VA_ARGS__)

#endif
