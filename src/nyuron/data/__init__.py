from nyuron.data._lead_tmp import *
