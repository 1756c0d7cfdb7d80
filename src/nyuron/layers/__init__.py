from nyuron.layers._boxes import read_weights, write_weights
from nyuron.layers._call import *
from nyuron.layers._custom import *
from nyuron.layers._custom import CustomLayer
from nyuron.layers._graph import *
from nyuron.layers._layer import *
from nyuron.layers._layer import forward
from nyuron.layers._lead_tmp import *
from nyuron.layers._partition import *
from nyuron.layers._slot import *
from nyuron.layers._symbolic import *
from nyuron.layers._dense import Dense
