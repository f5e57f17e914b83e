#include "cgrt.h"

/* In its own object file: firmware that does not call it does not carry the texts. */
const char *cgrt_status_text(int status) {
  switch (status) {
    case CGRT_OK: return "ok";
    case CGRT_E_NULL: return "a required pointer is NULL, or the model is not open";
    case CGRT_E_ALIGN: return "file bytes and arena must be 8-byte aligned";
    case CGRT_E_OPTION: return "an option or flag has an unknown value";
    case CGRT_E_LABEL: return "the label is not below the number of classes";
    case CGRT_E_QUALITY: return "this quality is not in the loaded part of the file";
    case CGRT_E_TRUNCATED: return "the file ends too early";
    case CGRT_E_MAGIC: return "this is not a .cgm file";
    case CGRT_E_VERSION: return "the file has a newer major version";
    case CGRT_E_FEATURE: return "the file needs a feature this runtime does not have";
    case CGRT_E_HEAD_CRC: return "the header or a table is damaged (CRC)";
    case CGRT_E_DATA_CRC: return "the weights are damaged (CRC)";
    case CGRT_E_CHUNK: return "the names of the classes are damaged";
    case CGRT_E_HEADER: return "a header field is out of range";
    case CGRT_E_RESERVED: return "a reserved field is not zero";
    case CGRT_E_LIMIT: return "the model is larger than the format allows";
    case CGRT_E_GROUP: return "a quality ends at the wrong place";
    case CGRT_E_GRAMMAR: return "the layers are in an order the format does not allow";
    case CGRT_E_LAYER: return "a layer has an unknown type or a field out of range";
    case CGRT_E_FLAGS: return "a layer has a flag its type must not have";
    case CGRT_E_SHAPE: return "a layer does not fit the one it reads";
    case CGRT_E_OVERFLOW: return "a layer's sums could overflow";
    case CGRT_E_OFFSET: return "a blob does not lie where it must";
    case CGRT_E_ARENA_FIELD: return "the stated arena size is wrong";
    case CGRT_E_ARENA_SMALL: return "the arena is smaller than cgrt_arena_bytes";
    case CGRT_STOPPED: return "stopped by the row callback";
    case CGRT_CANCELLED: return "cancelled by the poll callback";
    default: return "unknown status";
  }
}
