/* The .cgm file, 8-byte aligned, in flash. */
  .section .rodata.model, "a"
  .balign 8
  .global model_bytes, model_end
model_bytes:
  .incbin "model.cgm"
model_end:
