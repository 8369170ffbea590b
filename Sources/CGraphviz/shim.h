// Graphviz's libcgraph (the DOT grammar), imported by the Swift target Specifications only.
#pragma once
#include <graphviz/cgraph.h>
