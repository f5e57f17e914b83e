/* A library built for another LibTorch: it names a function that this one lacks. */
extern int _ZN2at9forgottenERKNS_6TensorE(void);

__attribute__((constructor)) static void use(void) {
  _ZN2at9forgottenERKNS_6TensorE();
}
