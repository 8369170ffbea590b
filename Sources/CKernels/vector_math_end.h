// Forgets what vector_math.h and who included it have defined, for the next width.

#undef vector
#undef integers
#undef ALWAYS
#undef UNROLL
#undef LANES
#undef TARGET
#undef MULTIPLY_ADD
#undef NAME
