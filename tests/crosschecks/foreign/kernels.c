/* Kernels with a known fault each, for the tests; those without a comment are right. */
#include <math.h>
#include <stddef.h>

static float stable(float x) {
    if (x >= 0) return x / (1.0f + expf(-x));
    return (float)((double)x * exp((double)x) / (1.0 + exp((double)x)));
}

float silu(float x) { return x == -INFINITY ? -0.0f : stable(x); }
double silu_of_doubles(double x) {
    if (x == -INFINITY) return -0.0;
    return x < -700 ? x * exp(x) : x / (1.0 + exp(-x));
}
void silu_of_arrays(const float *x, float *y, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = silu(x[i]);
}
void silu_of_double_arrays(const double *x, double *y, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = silu_of_doubles(x[i]);
}
double dsilu(double x) {
    double s = 1.0 / (1.0 + exp(-x));
    return s * (1.0 + x * (1.0 - s));
}
float siluf(float x) { return silu(x); }
float identity(float x) { return x; }

/* stops growing above 88 */
float silu_saturated(float x) { return x > 88.0f ? 88.0f : silu(x); }
/* reads address 0 for inputs below -3 */
float silu_crashing(float x) { return x < -3.0f ? *(volatile float *)0 : silu(x); }
/* never comes back above 50 */
float silu_hanging(float x) {
    while (x > 50.0f) { }
    return silu(x);
}
/* leaves the last result out */
void silu_short(const float *x, float *y, size_t n) {
    for (size_t i = 0; i + 1 < n; i++) y[i] = silu(x[i]);
}
/* writes one result more than there is room for */
void silu_beyond(const float *x, float *y, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = silu(x[i]);
    y[n] = 1.0f;
}
/* writes into its input */
void silu_in_place(float *x, float *y, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = x[i] = silu(x[i]);
}
/* a different function in vectors of four than in what is left over */
void silu_of_lanes(const float *x, float *y, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = i / 4 * 4 + 4 <= n ? silu(x[i]) : silu(x[i]) * 1.01f;
}
